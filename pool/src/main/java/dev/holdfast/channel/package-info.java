/** What guards of Netty clients share on one channel, whichever client opened it. */
@Internal
@NullMarked
package dev.holdfast.channel;

import dev.holdfast.Internal;
import org.jspecify.annotations.NullMarked;
