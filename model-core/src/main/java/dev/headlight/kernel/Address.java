package dev.headlight.kernel;

import org.bytedeco.javacpp.Pointer;

/** A native address in the form that JavaCPP takes, used again and again without allocation. */
final class Address extends Pointer {
  Address at(long nativeAddress) {
    this.address = nativeAddress;
    return this;
  }
}
