/**
 * Faults on a real kernel, for JUnit tests: {@link dev.holdfast.lab.kernel.KernelLab} gives a test
 * a {@link dev.holdfast.lab.kernel.Network} whose client is the test JVM itself, with a router and
 * servers in network namespaces of their own, real conntrack, real nftables.
 *
 * <p>The test JVM has to be started by {@code lab/bin/java}, which puts it into fresh user,
 * network, mount and PID namespaces; no root is needed where user namespaces are allowed. Whatever
 * a test leaves behind, or cannot clean up because its JVM was killed, goes with those namespaces.
 */
@NullMarked
package dev.holdfast.lab.kernel;

import org.jspecify.annotations.NullMarked;
