package dev.holdfast.benchmarks.broken;

import dev.holdfast.benchmarks.broken.Outcome.Kind;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.TransactionResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Some calls that belong together, to be held against the server when all is over. */
sealed interface Unit {

  /** What a fixed key holds. */
  static String fixed(String key) {
    return "value of " + key;
  }

  Collection<CompletableFuture<?>> calls();

  /** The counters that must be read to judge it. */
  List<String> counters();

  void judge(Map<String, Long> counters, RedisServer server, Findings findings);

  /** One INCR of a key of its own. */
  record Increment(String key, CompletableFuture<?> call) implements Unit {
    @Override
    public List<CompletableFuture<?>> calls() {
      return List.of(call);
    }

    @Override
    public List<String> counters() {
      return List.of(key);
    }

    @Override
    public void judge(Map<String, Long> counters, RedisServer server, Findings findings) {
      Outcome outcome = Outcome.of(call);
      findings.judge("INCR " + key, outcome, counters.getOrDefault(key, 0L));
      if (outcome.answered() && !Long.valueOf(1).equals(outcome.answer())) {
        findings.add(Wrong.WRONG_ANSWER, "INCR " + key + " -> " + outcome.answer());
      }
    }
  }

  /** A GET of a key that does not change. */
  record Read(String key, CompletableFuture<?> call) implements Unit {
    @Override
    public List<CompletableFuture<?>> calls() {
      return List.of(call);
    }

    @Override
    public List<String> counters() {
      return List.of();
    }

    @Override
    public void judge(Map<String, Long> counters, RedisServer server, Findings findings) {
      Outcome outcome = Outcome.of(call);
      if (outcome.answered() && !fixed(key).equals(outcome.answer())) {
        findings.add(Wrong.WRONG_ANSWER, "GET " + key + " -> " + outcome.answer());
      }
      if (outcome.kind() == Kind.WAITING) {
        findings.add(Wrong.LEFT_WAITING, "GET " + key);
      }
    }
  }

  /** Numbers pushed in order to a list of its own. */
  record Pushes(String key, List<CompletableFuture<?>> calls) implements Unit {
    @Override
    public List<String> counters() {
      return List.of();
    }

    @Override
    public void judge(Map<String, Long> counters, RedisServer server, Findings findings) {
      List<String> pushed =
          server.command("LRANGE", key, "0", "-1").lines().filter(line -> !line.isEmpty()).toList();
      for (int i = 0; i < calls.size(); i++) {
        String number = Integer.toString(i);
        long ran = pushed.stream().filter(number::equals).count();
        findings.judge("RPUSH " + key + " " + i, Outcome.of(calls.get(i)), ran);
      }
      List<Integer> numbers = pushed.stream().map(Integer::valueOf).toList();
      if (!numbers.equals(numbers.stream().sorted().toList())) {
        findings.add(Wrong.OUT_OF_ORDER, key + " holds " + pushed);
      }
    }
  }

  /**
   * MULTI, INCR of both keys with a GET between, EXEC.
   *
   * @param mustNotRun its watched key was changed before
   */
  record Transaction(String key, String fixed, List<CompletableFuture<?>> calls, boolean mustNotRun)
      implements Unit {

    @Override
    public List<String> counters() {
      return List.of(key + ":a", key + ":b");
    }

    @Override
    public void judge(Map<String, Long> counters, RedisServer server, Findings findings) {
      long a = counters.getOrDefault(key + ":a", 0L);
      long b = counters.getOrDefault(key + ":b", 0L);
      if (a != b) {
        List<Outcome> told = calls.stream().map(Outcome::of).toList();
        findings.add(
            Wrong.TORN, key + " ran " + a + " and " + b + " times, its caller was told " + told);
        return;
      }
      if (mustNotRun && a > 0) {
        findings.add(Wrong.RAN_ALTHOUGH_WATCHED, key);
      }
      if (a > 0 && members().stream().anyMatch(member -> member.kind() == Kind.NOT_EXECUTED)) {
        findings.add(Wrong.RAN_ALTHOUGH_DENIED, "members of " + key + " were told " + members());
      }
      Outcome exec = Outcome.of(calls.get(calls.size() - 1));
      if (exec.answer() instanceof TransactionResult result && result.wasDiscarded()) {
        if (a > 0) {
          findings.add(Wrong.RAN_ALTHOUGH_DENIED, key + " was said to be discarded");
        }
      } else {
        findings.judge("EXEC " + key, exec, a);
        answers(exec, findings);
      }
    }

    private List<Outcome> members() {
      return calls.subList(1, calls.size() - 1).stream().map(Outcome::of).toList();
    }

    private void answers(Outcome exec, Findings findings) {
      if (!(exec.answer() instanceof TransactionResult result)) {
        return;
      }
      List<Object> expected = List.of(1L, Unit.fixed(fixed), 1L);
      List<Object> told = new ArrayList<>();
      result.forEach(told::add);
      List<Object> members = new ArrayList<>();
      for (Outcome member : members()) {
        members.add(String.valueOf(member.answer()));
      }
      if (!told.equals(expected)
          || !members.equals(expected.stream().map(String::valueOf).toList())) {
        findings.add(
            Wrong.WRONG_ANSWER,
            "EXEC "
                + key
                + " -> "
                + told
                + ", MULTI and members "
                + calls.stream().map(Outcome::of).toList());
      }
    }
  }
}
