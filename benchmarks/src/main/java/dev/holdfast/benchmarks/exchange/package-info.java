/**
 * The same random exchanges of Apache HttpClient, bare and guarded, on a healthy path: neither the
 * caller nor the server can tell that there is a guard.
 */
@NullMarked
package dev.holdfast.benchmarks.exchange;

import org.jspecify.annotations.NullMarked;
