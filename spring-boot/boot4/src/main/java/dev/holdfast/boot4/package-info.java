/** The guards in Spring Boot 4. */
@NullMarked
package dev.holdfast.boot4;

import org.jspecify.annotations.NullMarked;
