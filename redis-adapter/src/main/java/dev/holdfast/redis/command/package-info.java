/** What Redis commands mean, whichever client sends them. Nothing here is for users. */
@Internal
@NullMarked
package dev.holdfast.redis.command;

import dev.holdfast.Internal;
import org.jspecify.annotations.NullMarked;
