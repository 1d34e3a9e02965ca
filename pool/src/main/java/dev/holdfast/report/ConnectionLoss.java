package dev.holdfast.report;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import java.time.Duration;

/**
 * A connection was given up: what every guard tells of it, whichever client it guards. Immutable;
 * carries no key, value, URL, header, address or credential.
 */
public interface ConnectionLoss {

  /**
   * Whose connection it was.
   *
   * @return the guard's name
   */
  String guard();

  /**
   * What the client saw.
   *
   * @return the cause
   */
  Cause cause();

  /**
   * What shows it.
   *
   * @return the readings in one line
   */
  String evidence();

  /**
   * What explains it, as far as it is known at this moment; a listener of diagnoses hears more once
   * the next connection was tried.
   *
   * @return the diagnosis
   */
  Diagnosis diagnosis();

  /**
   * How long no payload had moved.
   *
   * @return not negative
   */
  Duration idle();

  /**
   * What became of its calls.
   *
   * @return a few words, for people
   */
  String consequence();
}
