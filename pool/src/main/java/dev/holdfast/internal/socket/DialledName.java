package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.NameWatch;
import java.net.InetAddress;

/**
 * By what name a connection was dialled, and where the name led then. Immutable.
 *
 * @param host the name
 * @param by who looked it up
 * @param address where the connection leads
 */
public record DialledName(String host, NameWatch.Resolver by, InetAddress address) {}
