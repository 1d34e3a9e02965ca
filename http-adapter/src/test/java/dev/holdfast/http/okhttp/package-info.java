/** Obligations of the guard of Reactor Netty's HttpClient. */
@NullMarked
package dev.holdfast.http.okhttp;

import org.jspecify.annotations.NullMarked;
