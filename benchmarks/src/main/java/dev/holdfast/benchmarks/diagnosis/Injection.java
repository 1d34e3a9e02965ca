package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import java.util.List;
import java.util.Optional;

/** Brings a fault about, for every run of a bed. */
@FunctionalInterface
interface Injection {

  /**
   * Injects.
   *
   * @return what was said, one for each thing that should have been explained, or not; empty where
   *     nothing was said
   */
  List<Optional<Diagnosis>> into(Bed bed) throws Exception;
}
