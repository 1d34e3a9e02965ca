/** The misbehaving HTTP server keeps its promises. */
@NullMarked
package dev.holdfast.lab.http;

import org.jspecify.annotations.NullMarked;
