/**
 * The guard for HttpClient 5 on a real kernel: each test shows what the bare client meets, then
 * that the guarded one survives it, on the same network in the same run.
 */
@NullMarked
package dev.holdfast.http.apache.kernel;

import org.jspecify.annotations.NullMarked;
