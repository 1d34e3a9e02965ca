package dev.holdfast.benchmarks.transparency;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server and a client for each mode; programs run one after another, in all modes at once. */
final class Lane implements AutoCloseable {

  private record Place(Oracle oracle, Client client) {}

  private final Map<Mode, Place> places = new EnumMap<>(Mode.class);
  private final ExecutorService threads = Executors.newFixedThreadPool(Mode.values().length);

  Lane() {
    for (Mode mode : Mode.values()) {
      Oracle oracle = new Oracle();
      places.put(mode, new Place(oracle, new Client(mode, oracle.port())));
    }
  }

  /** Runs a program in some modes. */
  Observations run(Program program, Set<Mode> modes, Patience patience) throws Exception {
    Map<Mode, CompletableFuture<Observed>> running = new EnumMap<>(Mode.class);
    for (Mode mode : modes) {
      CompletableFuture<Observed> observed = new CompletableFuture<>();
      running.put(mode, observed);
      threads.execute(() -> run(program, mode, patience, observed));
    }
    Map<Mode, Observed> observed = new EnumMap<>(Mode.class);
    for (Map.Entry<Mode, CompletableFuture<Observed>> one : running.entrySet()) {
      observed.put(one.getKey(), one.getValue().get());
    }
    return new Observations(observed);
  }

  private void run(
      Program program, Mode mode, Patience patience, CompletableFuture<Observed> observed) {
    Place place = Objects.requireNonNull(places.get(mode));
    try {
      observed.complete(Run.of(program, mode, place.client(), place.oracle(), patience));
    } catch (Throwable failed) {
      observed.completeExceptionally(
          new IllegalStateException(
              "program %d could not be run %s".formatted(program.seed(), mode), failed));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    for (Place place : places.values()) {
      place.client().close();
      place.oracle().close();
    }
  }
}
