/**
 * What the guards of all HTTP clients share: which request may be sent again after which failure,
 * and what a server's {@code Keep-Alive} header says.
 */
@NullMarked
package dev.holdfast.http;

import org.jspecify.annotations.NullMarked;
