/**
 * A real Redis ({@link dev.holdfast.lab.RedisServer}) and a TCP forwarder that forgets idle flows
 * ({@link dev.holdfast.lab.Middlebox}), for tests and examples. All traffic stays on loopback.
 */
@NullMarked
package dev.holdfast.lab;

import org.jspecify.annotations.NullMarked;
