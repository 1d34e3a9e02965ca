/**
 * What Spring Boot's lines share: properties, the guards made from them, the endpoint, and the
 * failure analysis. Nothing here names a class that moved between Boot 3 and 4.
 */
@NullMarked
package dev.holdfast.boot;

import org.jspecify.annotations.NullMarked;
