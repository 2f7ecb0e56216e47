import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.opentsdb.OpenTSDBConfig;
import io.micrometer.opentsdb.OpenTSDBMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes with Micrometer's OpenTSDB registry: Micrometer PORT histogram|plain. */
public class Micrometer {
  public static void main(String[] args) throws Exception {
    OpenTSDBConfig config = new OpenTSDBConfig() {
      @Override
      public String get(String key) {
        return null;
      }

      @Override
      public String uri() {
        return "http://127.0.0.1:" + args[0] + "/api/put";
      }

      @Override
      public Duration step() {
        return Duration.ofSeconds(1);
      }
    };
    OpenTSDBMeterRegistry registry = new OpenTSDBMeterRegistry(config, Clock.SYSTEM);
    registry.config().commonTags("host", "web01", "run", args[1]);
    AtomicInteger depth = new AtomicInteger(7);
    Gauge.builder("mm.depth", depth, AtomicInteger::get).register(registry);
    Counter counter = Counter.builder("mm.hits").register(registry);
    Timer.Builder builder = Timer.builder("mm.time");
    if (args[1].equals("histogram")) {
      builder.serviceLevelObjectives(Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMillis(500));
      builder.publishPercentileHistogram(false);
    }
    Timer timer = builder.register(registry);
    for (int i = 0; i < 45; i++) {
      counter.increment(3);
      timer.record(Duration.ofMillis(i * 20));
      depth.incrementAndGet();
      Thread.sleep(100);
    }
    registry.close();
  }
}
