package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.benchmarks.diagnosis.Subject.Visit;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** New connections meet what they should not. */
final class ConnectFaults {

  /** Lettuce's own default: room for five dials. */
  private static final Duration PATIENT = Duration.ofSeconds(10);

  /** Visits of one client until it meets a fault that one in two or more of them meets. */
  private static final int MOST_VISITS = 100;

  /** Enough for an alternation to show. */
  private static final int VISITS = 8;

  private static final int FIRST_PORT = 21_000;

  private ConnectFaults() {}

  static List<Optional<Diagnosis>> synLostAtRandom(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.connectTimeout(PATIENT).subjects(Dial.ROUTED, redis);
    bed.network().dropSynRandomly(50);
    return firstThat(bed, subjects, visit -> visit.report().dials() > 1);
  }

  static List<Optional<Diagnosis>> synLostByPort(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.connectTimeout(PATIENT).subjects(Dial.ROUTED, redis);
    bed.network().dropSynPinned(8);
    return firstThat(bed, subjects, visit -> visit.report().dials() > 1);
  }

  private static List<Optional<Diagnosis>> firstThat(
      Bed bed, List<Subject> subjects, Predicate<Visit> metTheFault) throws Exception {
    return bed.each(
        subjects,
        subject -> {
          for (int i = 0; i < MOST_VISITS; i++) {
            Visit visit = subject.visit();
            if (metTheFault.test(visit)) {
              return visit.diagnosis();
            }
          }
          throw new IllegalStateException(MOST_VISITS + " visits and none met the fault");
        });
  }

  static List<Optional<Diagnosis>> ownReversePathFilter(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    bed.connect(subjects);
    bed.network().client().filterReversePath();
    return bed.each(subjects, subject -> subject.visit().diagnosis());
  }

  /** Every port is held towards the server; each subject then finds none. */
  static List<Optional<Diagnosis>> portsExhausted(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    int ports = 10;
    bed.network().client().portRange(FIRST_PORT, FIRST_PORT + ports - 1);
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < ports; i++) {
        Socket socket = new Socket();
        held.add(socket);
        socket.connect(new InetSocketAddress(Dial.ROUTED.address(), redis.port()), 2_000);
      }
      return bed.each(subjects, subject -> subject.visit().diagnosis());
    } finally {
      for (Socket socket : held) {
        close(socket);
      }
    }
  }

  private static void close(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  static List<Optional<Diagnosis>> backendRefusing(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().balance();
    List<Subject> subjects = bed.balanced().subjects(Dial.VIRTUAL, redis);
    return bed.each(subjects, subject -> last(subject, visit -> visit.report().refusals() > 0));
  }

  static List<Optional<Diagnosis>> foreignBackend(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().balance();
    try (NginxServer stale = bed.network().nginx(1, options -> options.port(redis.port()))) {
      List<Subject> subjects = bed.balanced().subjects(Dial.VIRTUAL, redis);
      return bed.each(subjects, subject -> last(subject, visit -> visit.report().foreign() > 0));
    }
  }

  /** It wants a PROXY header first, and closes on whoever sends none. */
  static List<Optional<Diagnosis>> backendHangsUp(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().balance();
    String listen = "listen 0.0.0.0:%d proxy_protocol;".formatted(redis.port());
    try (NginxServer wordless = bed.network().nginx(1, options -> options.directives(listen))) {
      List<Subject> subjects = bed.balanced().subjects(Dial.VIRTUAL, redis);
      return bed.each(subjects, subject -> last(subject, visit -> visit.report().hangUps() > 0));
    }
  }

  private static Optional<Diagnosis> last(Subject subject, Predicate<Visit> metTheFault) {
    Optional<Diagnosis> said = Optional.empty();
    int met = 0;
    for (int i = 0; i < MOST_VISITS && met < VISITS; i++) {
      Visit visit = subject.visit();
      if (metTheFault.test(visit)) {
        met++;
        said = visit.diagnosis();
      }
    }
    return said;
  }

  static List<Optional<Diagnosis>> notListening(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    redis.kill();
    return bed.each(subjects, subject -> subject.visit().diagnosis());
  }
}
