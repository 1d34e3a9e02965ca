/** A sample application for Spring Boot 4.1. */
@NullMarked
package dev.holdfast.sample;

import org.jspecify.annotations.NullMarked;
