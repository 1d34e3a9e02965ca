package dev.holdfast.diagnosis;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What explains something a client saw, with its evidence and what to change. Explanations that the
 * evidence cannot tell apart are reported together; none is ever guessed. Immutable; holds no key,
 * value, address or credential.
 *
 * @param explanations all that fit the evidence, the best supported first; empty if none does
 * @param evidence what was seen, one line each
 * @param advice which setting to change, where and to what value, with the arithmetic; one line
 *     each
 */
public record Diagnosis(Set<Explanation> explanations, List<String> evidence, List<String> advice) {

  private static final String UNEXPLAINED = "unexplained";

  /**
   * Copies what it is given.
   *
   * @param explanations all that fit the evidence
   * @param evidence what was seen
   * @param advice what to change
   */
  public Diagnosis {
    explanations = Collections.unmodifiableSet(new LinkedHashSet<>(explanations));
    evidence = List.copyOf(evidence);
    advice = List.copyOf(advice);
  }

  /**
   * The values for meter tags, one for each explanation: every member of a set is counted. They are
   * those of {@link Explanation#tag()} and {@code unexplained}.
   *
   * @return at least one
   */
  public List<String> tags() {
    return explanations.isEmpty()
        ? List.of(UNEXPLAINED)
        : explanations.stream().map(Explanation::tag).toList();
  }

  /**
   * One name of the set, for log lines: the explanations' tags joined by {@code _or_}, in the order
   * of the enum. Not for meters, whose tags are {@link #tags()}.
   *
   * @return for example {@code fin_lost_or_flow_forgotten_reset}; {@code unexplained} for none
   */
  public String tag() {
    return explanations.isEmpty()
        ? UNEXPLAINED
        : explanations.stream().sorted().map(Explanation::tag).collect(Collectors.joining("_or_"));
  }

  /**
   * The explanations for people.
   *
   * @return their sentences joined by {@code or}
   */
  public String text() {
    return explanations.isEmpty()
        ? UNEXPLAINED
        : explanations.stream().map(Explanation::text).collect(Collectors.joining("; or "));
  }

  /**
   * Everything in one line.
   *
   * @return explanations, evidence and advice
   */
  public String line() {
    String fix = advice.isEmpty() ? "" : " Fix: " + String.join("; ", advice);
    return text() + " [" + String.join(", ", evidence) + "]." + fix;
  }
}
