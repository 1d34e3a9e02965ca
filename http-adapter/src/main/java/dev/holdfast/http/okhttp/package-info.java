/** The guard of OkHttp 4.12 and 5. */
@NullMarked
package dev.holdfast.http.okhttp;

import org.jspecify.annotations.NullMarked;
