/**
 * The HTTP guards put to the proof, on either client: what servers and paths do to the bare client
 * they do to the guarded one, in the same run, and the server's own record says what ran.
 */
@NullMarked
package dev.holdfast.http.proof;

import org.jspecify.annotations.NullMarked;
