/** The guard against a real Redis through a middlebox that forgets. */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
