package dev.holdfast.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording holds, once opened. */
final class FlightEventsTest {

  private static final String OURS = "dev.holdfast.";

  private static final List<String> NAMES =
      List.of(
          "Connect", "Refuse", "Redial", "Hold", "Probe", "Condemn", "Ambiguous", "Lend", "Retire");

  private static void happen() {
    FlightEvents.connected(
        "g", InetSocketAddress.createUnresolved("redis", 6379), "connected", 2, 3_000_000);
    FlightEvents.refused("g", "down");
    FlightEvents.redialled("g", "silence", 1);
    FlightEvents.held("g", 5_000_000);
    FlightEvents.probed("g", false);
    FlightEvents.condemned("g", "path_silent");
    FlightEvents.ambiguous("g", "INCR");
    FlightEvents.lent("p");
    FlightEvents.retired("p", "aged");
  }

  /**
   * A recording is the whole JVM's: what a pool of another test does meanwhile is not asked for.
   */
  private static boolean isOurs(RecordedEvent event) {
    return event.getEventType().getName().startsWith(OURS)
        && event.getThread().getJavaThreadId() == Thread.currentThread().getId();
  }

  private static List<RecordedEvent> recorded(Path directory, boolean enabled) throws IOException {
    Path file = directory.resolve("flight.jfr");
    try (Recording recording = new Recording()) {
      if (enabled) {
        NAMES.forEach(name -> recording.enable(OURS + name));
      }
      recording.start();
      happen();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream().filter(FlightEventsTest::isOurs).toList();
  }

  private static RecordedEvent the(Map<String, RecordedEvent> events, String name) {
    return Objects.requireNonNull(events.get(name), name);
  }

  @Test
  void mustRecordNothingUnlessAsked(@TempDir Path directory) throws IOException {
    assertThat(recorded(directory, false)).isEmpty();
  }

  @Test
  void mustRecordEachEventWithWhatIsKnownOfIt(@TempDir Path directory) throws IOException {
    Map<String, RecordedEvent> events =
        recorded(directory, true).stream()
            .collect(
                Collectors.toMap(
                    event -> event.getEventType().getName().substring(OURS.length()), e -> e));
    assertThat(events.keySet()).containsExactlyInAnyOrderElementsOf(NAMES);
    RecordedEvent connect = the(events, "Connect");
    assertThat(connect.getString("owner")).isEqualTo("g");
    assertThat(connect.getString("kind")).isEqualTo("connected");
    assertThat(connect.getString("remote")).contains("redis").contains("6379");
    assertThat(connect.getInt("dials")).isEqualTo(2);
    assertThat(connect.getDuration("took").toMillis()).isEqualTo(3);
    assertThat(connect.getEventType().getCategoryNames()).containsExactly("Holdfast");
    assertThat(the(events, "Hold").getDuration("took").toMillis()).isEqualTo(5);
    assertThat(the(events, "Probe").getString("kind")).isEqualTo("failed");
    assertThat(the(events, "Condemn").getString("kind")).isEqualTo("path_silent");
    assertThat(the(events, "Retire").getString("owner")).isEqualTo("p");
  }
}
