/**
 * The guard for Apache HttpClient 5, classic API: {@link dev.holdfast.http.apache.ApacheHttpGuard}.
 */
@NullMarked
package dev.holdfast.http.apache;

import org.jspecify.annotations.NullMarked;
