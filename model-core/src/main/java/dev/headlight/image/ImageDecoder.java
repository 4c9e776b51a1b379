package dev.headlight.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes PNG and JPEG files with the readers of the Java platform. */
final class ImageDecoder {
  /** Plug-ins that happen to be on the class path would decode other bits. */
  private static final String PLATFORM_READERS = "com.sun.imageio.";

  private static final int HIGH_BYTE = 8;

  private ImageDecoder() {}

  static RasterImage decode(byte[] file) {
    ImageFormat format = ImageFormat.of(file);
    ImageReader reader = reader(format);
    try {
      if (format == ImageFormat.JPEG) {
        return jpeg(reader, JpegFile.of(file));
      }
      open(reader, file);
      return raster(reader.read(0));
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(format, String.valueOf(e.getMessage()), e);
    } finally {
      reader.dispose();
    }
  }

  /** Reads the header only, and checks the size before memory is taken for the pixels. */
  private static void open(ImageReader reader, byte[] file) throws IOException {
    reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)), true, true);
    RasterImage.requireSize(reader.getWidth(0), reader.getHeight(0));
  }

  private static ImageException damaged(ImageFormat format, String message, Exception cause) {
    return new ImageException(
        ImageException.DAMAGED,
        "expected a whole %s file, found one that cannot be decoded: %s".formatted(format, message),
        cause);
  }

  private static ImageReader reader(ImageFormat format) {
    Iterator<ImageReaderSpi> readers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(
                ImageReaderSpi.class,
                provider -> isPlatformReader((ImageReaderSpi) provider, format),
                false);
    try {
      return readers.next().createReaderInstance();
    } catch (IOException e) {
      throw new IllegalStateException("the Java platform reads no " + format + " here", e);
    }
  }

  private static boolean isPlatformReader(ImageReaderSpi provider, ImageFormat format) {
    if (!provider.getClass().getName().startsWith(PLATFORM_READERS)) {
      return false;
    }
    for (String name : provider.getFormatNames()) {
      if (name.toLowerCase(Locale.ROOT).equals(format.name().toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  private static RasterImage jpeg(ImageReader reader, JpegFile file) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    open(reader, file.bytes());
    // There is no type that the platform knows for four channels.
    RasterImage image =
        reader.getRawImageType(0) == null
            ? CmykJpeg.convert(reader.readRaster(0, null), file.adobeTransform())
            : raster(reader.read(0));
    for (String warning : warnings) {
      requireWhole(warning, file.progressive());
    }
    return image;
  }

  /** What is missing would come out gray. A baseline file may lack its end marker only. */
  private static void requireWhole(String warning, boolean progressive) throws IIOException {
    if (warning.contains("premature end") || (progressive && warning.contains("Missing EOI"))) {
      throw new IIOException(warning);
    }
  }

  private static RasterImage raster(BufferedImage image) {
    Raster raster = image.getRaster();
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return colors(raster, palette);
    }
    int channels = raster.getNumBands() < 3 ? 1 : 3;
    int shift = raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT ? HIGH_BYTE : 0;
    int width = raster.getWidth();
    byte[] data = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width * raster.getNumBands()];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          data[(y * width + x) * channels + channel] =
              (byte) (row[x * raster.getNumBands() + channel] >> shift);
        }
      }
    }
    return new RasterImage(width, raster.getHeight(), channels, data);
  }

  private static RasterImage colors(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    byte[] data = new byte[width * raster.getHeight() * 3];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 3;
        data[at] = (byte) palette.getRed(row[x]);
        data[at + 1] = (byte) palette.getGreen(row[x]);
        data[at + 2] = (byte) palette.getBlue(row[x]);
      }
    }
    return new RasterImage(width, raster.getHeight(), 3, data);
  }
}
