/** What guards of Netty clients share on one channel, whichever client opened it. */
@NullMarked
package dev.holdfast.internal.channel;

import org.jspecify.annotations.NullMarked;
