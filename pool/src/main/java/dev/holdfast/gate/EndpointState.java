package dev.holdfast.gate;

/**
 * One endpoint as its gate sees it.
 *
 * @param storm what is done with those who want to dial
 * @param waiting how many have been told to wait
 * @param ports the source ports towards it
 */
public record EndpointState(StormState storm, int waiting, PortUse ports) {}
