/**
 * Random faults on the kernel lab, met by bare and guarded clients at once, judged by the server.
 */
@NullMarked
package dev.holdfast.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
