/** The contract of the starter, which it has to keep on each line of Spring Boot. */
@NullMarked
package dev.holdfast.boot;

import org.jspecify.annotations.NullMarked;
