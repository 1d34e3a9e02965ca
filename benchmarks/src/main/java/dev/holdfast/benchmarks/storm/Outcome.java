package dev.holdfast.benchmarks.storm;

/**
 * How one contender came back.
 *
 * @param peakSyns SYNs that reached the balancer in its worst second, repetitions included
 * @param peakDials dials begun in the worst second
 * @param dials dials begun in all
 * @param medianSeconds from the balancer's return to half of all connections
 * @param recoveredSeconds from the balancer's return to 99 % of all connections
 * @param firstSeconds from the balancer's return until 99 % of the clients have a connection
 */
public record Outcome(
    long peakSyns,
    long peakDials,
    long dials,
    double medianSeconds,
    double recoveredSeconds,
    double firstSeconds) {}
