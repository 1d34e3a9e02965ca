/** A sample application for Spring Boot 3.5 and 4.1. */
@NullMarked
package dev.holdfast.sample;

import org.jspecify.annotations.NullMarked;
