/** Guards Reactor Netty's HttpClient, and with it Spring's WebClient. */
@NullMarked
package dev.holdfast.http.reactor;

import org.jspecify.annotations.NullMarked;
