import com.stumbleupon.async.Deferred;
import java.util.Map;
import net.opentsdb.core.TSDB;
import net.opentsdb.stats.StatsCollector;
import net.opentsdb.uid.UniqueId.UniqueIdType;
import net.opentsdb.uid.UniqueIdFilterPlugin;

/** A UID filter for the original that fails for some names: `throws…` at once, `fails…` a moment later. */
public class FailingUids extends UniqueIdFilterPlugin {
  public void initialize(final TSDB tsdb) {}

  public Deferred<Object> shutdown() {
    return Deferred.fromResult(null);
  }

  public String version() {
    return "1.0.0";
  }

  public void collectStats(final StatsCollector collector) {}

  public Deferred<Boolean> allowUIDAssignment(
      final UniqueIdType type, final String value, final String metric, final Map<String, String> tags) {
    if (value.startsWith("throws")) throw new IllegalStateException("no list");
    if (value.startsWith("fails")) return Deferred.fromError(new IllegalStateException("no list"));
    return Deferred.fromResult(true);
  }

  public boolean fillterUIDAssignments() {
    return true;
  }
}
