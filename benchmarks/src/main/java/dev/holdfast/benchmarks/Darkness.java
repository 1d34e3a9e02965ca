package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.soak.SoakRun;
import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.util.List;

/** One direction of the path dark for a while, again and again: does anybody lose a call? */
final class Darkness implements Benchmark {

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    if (Network.missing().isPresent()) {
      throw new IllegalStateException("no kernel lab: " + Network.missing().get());
    }
    out.printf("one direction dark for 1, 2 and 3 s, %d times each%n", effort.rounds());
    return Soak.report("dark", SoakRun.ofDarkness(effort.rounds(), out).run(), out);
  }
}
