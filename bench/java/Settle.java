import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.CompactionState;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;

/** Flushes tables and has HBase compact them, so that queries are measured against files, as on a cluster in use, and not against tombstones in memory. */
public class Settle {
  public static void main(String[] args) throws Exception {
    Configuration conf = HBaseConfiguration.create();
    conf.set("hbase.zookeeper.quorum", args[0].split(":")[0]);
    conf.set("hbase.zookeeper.property.clientPort", args[0].split(":")[1]);
    try (Connection connection = ConnectionFactory.createConnection(conf); Admin admin = connection.getAdmin()) {
      for (int i = 1; i < args.length; i++) {
        TableName table = TableName.valueOf(args[i]);
        admin.flush(table);
        admin.majorCompact(table);
        Thread.sleep(2000);
        while (admin.getCompactionState(table) != CompactionState.NONE) Thread.sleep(200);
        System.out.println(table + " is flushed and compacted");
      }
    }
  }
}
