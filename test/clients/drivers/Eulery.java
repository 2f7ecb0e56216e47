import java.util.ArrayList;
import java.util.List;
import org.opentsdb.client.OpenTSDBClient;
import org.opentsdb.client.OpenTSDBClientFactory;
import org.opentsdb.client.OpenTSDBConfig;
import org.opentsdb.client.bean.request.Point;
import org.opentsdb.client.bean.request.Query;
import org.opentsdb.client.bean.request.SubQuery;
import org.opentsdb.client.bean.request.SuggestQuery;
import org.opentsdb.client.bean.response.QueryResult;
import org.opentsdb.client.exception.http.HttpException;

/** Drives eulery's opentsdb-java-sdk: Eulery PORT. Prints what each step saw, a line for each. */
public class Eulery {
  static final long FROM = System.currentTimeMillis() / 60000 * 60 - 600;

  static Point point(String metric, int i) {
    Number value = i % 2 == 0 ? (Number) (i * 1.5) : (Number) i;
    return Point.metric(metric).tag("host", "h" + i % 3).value(FROM + i, value).build();
  }

  static Query.Builder query(String metric) {
    return Query.begin(FROM - 60).end(FROM + 120)
        .sub(SubQuery.metric(metric).aggregator(SubQuery.Aggregator.SUM).downsample("30s-avg").tag("host", "*").build());
  }

  static void say(String step, Object seen) {
    System.out.println(step + "\t" + seen);
  }

  public static void main(String[] args) throws Exception {
    OpenTSDBClient client =
        OpenTSDBClientFactory.connect(OpenTSDBConfig.address("http://127.0.0.1", Integer.parseInt(args[0])).batchPutSize(3).config());
    for (int i = 0; i < 30; i++) client.put(point("eu.async", i));
    client.putSync(point("eu.sync", 1));
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 20; i++) points.add(point("eu.details", i));
    client.putSyncWithCallBack(points);
    Thread.sleep(2500);
    List<QueryResult> found = client.query(query("eu.details").msResolution().showTSUIDs().showQuery().build());
    say("query", found.size());
    say("suggest", client.querySuggest(SuggestQuery.type(SuggestQuery.Type.METRICS).q("eu.").max(10).build()));
    try {
      client.query(query("eu.none").build());
    } catch (HttpException error) {
      say("missing metric", error.getErrorResponse().getError().getMessage());
    }
    say("deleted", client.delete(query("eu.sync").build()).size());
    Thread.sleep(1500);
    say("left", client.query(query("eu.sync").build()).size());
    client.gracefulClose();
    System.exit(0);
  }
}
