/**
 * What stands before a model that reads images: decoding of PNG and JPEG, and resizing, cropping
 * and scaling as {@code preprocessor_config.json} says, number by number as transformers and Pillow
 * do it.
 *
 * <pre>{@code
 * ImageProcessor processor = ImageProcessor.read(folder, checkpoint.config());
 * Sequence.Pixels pixels = processor.process(RasterImage.decode(bytes));
 * }</pre>
 */
package dev.headlight.image;
