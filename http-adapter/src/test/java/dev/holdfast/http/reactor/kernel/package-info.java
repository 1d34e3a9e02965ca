/** The guard of Reactor Netty's HttpClient over real conntrack, with real nginx. */
@NullMarked
package dev.holdfast.http.reactor.kernel;

import org.jspecify.annotations.NullMarked;
