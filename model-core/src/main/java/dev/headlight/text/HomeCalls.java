package dev.headlight.text;

/**
 * DJL, which brings the tokenizers, asks the cloud for the machine's name and reports it, unless
 * told not to.
 */
final class HomeCalls {
  private HomeCalls() {}

  /** Must come before the first use of DJL. What the user has set stays. */
  static void switchOff() {
    setIfUnset("OPT_OUT_TRACKING");
    setIfUnset("ai.djl.offline");
  }

  private static void setIfUnset(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }
}
