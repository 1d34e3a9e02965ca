/** OkHttp, bare and guarded, over real network paths. */
@NullMarked
package dev.holdfast.http.okhttp.kernel;

import org.jspecify.annotations.NullMarked;
