import com.stumbleupon.async.Deferred;
import java.util.Map;
import net.opentsdb.core.TSDB;
import net.opentsdb.core.WriteableDataPointFilterPlugin;
import net.opentsdb.stats.StatsCollector;

/** A write filter for the original: points whose last byte of the value is odd are not written. */
public class EvenValues extends WriteableDataPointFilterPlugin {
  public void initialize(final TSDB tsdb) {}

  public Deferred<Object> shutdown() {
    return Deferred.fromResult(null);
  }

  public String version() {
    return "1.0.0";
  }

  public void collectStats(final StatsCollector collector) {}

  public Deferred<Boolean> allowDataPoint(
      final String metric, final long timestamp, final byte[] value, final Map<String, String> tags, final short flags) {
    return Deferred.fromResult((value[value.length - 1] & 1) == 0);
  }

  public boolean filterDataPoints() {
    return true;
  }
}
