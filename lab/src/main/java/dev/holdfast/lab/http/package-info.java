/**
 * An HTTP/1.1 server that misbehaves as told ({@link dev.holdfast.lab.http.FaultServer}), to see
 * what a client makes of every way an exchange can end. All traffic stays on loopback.
 */
@NullMarked
package dev.holdfast.lab.http;

import org.jspecify.annotations.NullMarked;
