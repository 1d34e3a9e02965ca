/** The same random calls of the same client, bare and guarded, compared in all that can be seen. */
@NullMarked
package dev.holdfast.http.reactor.transparency;

import org.jspecify.annotations.NullMarked;
