/** The guards in Spring Boot 3.5. */
@NullMarked
package dev.holdfast.boot3;

import org.jspecify.annotations.NullMarked;
