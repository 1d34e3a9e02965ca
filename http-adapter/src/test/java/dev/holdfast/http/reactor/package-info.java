/** Obligations of the guard of Reactor Netty's HttpClient. */
@NullMarked
package dev.holdfast.http.reactor;

import org.jspecify.annotations.NullMarked;
