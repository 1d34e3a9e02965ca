package dev.holdfast.report;

import dev.holdfast.diagnosis.Diagnosis;

/**
 * Something happened to a connection and was diagnosed. Immutable; carries no key, value, address
 * or credential.
 *
 * @param guard the guard's name
 * @param what what happened, for example {@code connection replaced}
 * @param diagnosis what explains it
 * @param consequence what became of its calls; may be empty
 */
public record DiagnosisEvent(String guard, String what, Diagnosis diagnosis, String consequence) {

  /**
   * Everything in one line, as it is logged.
   *
   * @return guard, what, explanations, evidence, consequence and advice
   */
  public String line() {
    String after = consequence.isEmpty() ? "" : ", " + consequence;
    return guard + ": " + what + after + ": " + diagnosis.line();
  }
}
