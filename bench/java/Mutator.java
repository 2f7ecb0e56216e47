import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.BufferedMutatorParams;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.util.Bytes;

/** Writes data points as OpenTSDB stores them with HBase's own bulk client, the cells of a row in one Put: the peer of bench/mutator.mjs. */
public class Mutator {
  public static void main(String[] args) throws Exception {
    String quorum = args[0], table = args[1];
    int points = Integer.parseInt(args[2]), series = Integer.parseInt(args[3]), group = Integer.parseInt(args[4]), rounds = Integer.parseInt(args[5]);
    Configuration conf = HBaseConfiguration.create();
    conf.set("hbase.zookeeper.quorum", quorum.split(":")[0]);
    conf.set("hbase.zookeeper.property.clientPort", quorum.split(":")[1]);
    conf.setInt("hbase.client.max.perregion.tasks", 4); // as many requests at once as ours
    try (Connection connection = ConnectionFactory.createConnection(conf)) {
      for (int round = 0; round <= rounds; round++) { // the first one warms up
        long start = System.nanoTime();
        try (BufferedMutator mutator = connection.getBufferedMutator(new BufferedMutatorParams(TableName.valueOf(table)).writeBufferSize(2 << 20))) {
          write(mutator, points, series, group, 1356998400 + round * 86400);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s %.0f%n", round == 0 ? "warm-up" : "cells/s", points / seconds);
      }
    }
  }

  private static void write(BufferedMutator mutator, int points, int series, int group, int from) throws Exception {
    byte[] family = Bytes.toBytes("t");
    Map<Long, Put> rows = new LinkedHashMap<>();
    for (int i = 0; i < points; i++) {
      int which = i % series, time = from + i / series;
      int base = time - time % 3600;
      long id = (long) which << 32 | base;
      Put put = rows.get(id);
      if (put == null) {
        byte[] key = ByteBuffer.allocate(19).put(new byte[] {0, 0, 1}).putInt(base).put(new byte[] {0, 0, 1, 0, 0, 1, 0, 0, 2})
            .put((byte) (which >> 16)).put((byte) (which >> 8)).put((byte) which).array();
        put = new Put(key);
        rows.put(id, put);
      }
      put.addColumn(family, Bytes.toBytes((short) ((time - base) << 4 | 1)), Bytes.toBytes((short) (i % 30000)));
      if ((i + 1) % group == 0) {
        for (Put each : rows.values()) mutator.mutate(each);
        rows.clear();
      }
    }
    for (Put each : rows.values()) mutator.mutate(each);
  }
}
