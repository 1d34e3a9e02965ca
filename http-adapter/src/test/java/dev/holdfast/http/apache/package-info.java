@NullMarked
package dev.holdfast.http.apache;

import org.jspecify.annotations.NullMarked;
