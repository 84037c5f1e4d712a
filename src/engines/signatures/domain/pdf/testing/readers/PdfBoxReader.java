import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.io.RandomAccessBuffer;
import org.apache.pdfbox.pdfparser.PDFParser;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignerDigestMismatchException;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.Selector;

/** Says of each PDF what Apache PDFBox reads in it, and Bouncy Castle of its signatures: a line a signature, a line a file. */
public class PdfBoxReader {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      try {
        read(new File(name));
      } catch (Exception refusal) {
        System.out.println(name + " REFUSED " + refusal);
      }
    }
  }

  static void read(File file) throws Exception {
    byte[] bytes = Files.readAllBytes(file.toPath());
    // not lenient: nothing is mended while it is read
    PDFParser parser = new PDFParser(new RandomAccessBuffer(bytes));
    parser.setLenient(false);
    parser.parse();
    try (PDDocument document = parser.getPDDocument()) {
      for (PDSignature signature : document.getSignatureDictionaries()) {
        byte[] signed = signature.getSignedContent(bytes);
        byte[] container = signature.getContents(bytes);
        boolean isTimestamp = "ETSI.RFC3161".equals(signature.getSubFilter());
        boolean isValid = isTimestamp ? isTimestampOf(container, signed) : isSignatureOf(container, signed);
        int[] range = signature.getByteRange();
        System.out.println(file.getName() + " " + signature.getSubFilter() + " " + (isValid ? "valid" : "INVALID") + (range[2] + range[3] == bytes.length ? " whole" : " part"));
      }
      new PDFTextStripper().getText(document);
      new PDFRenderer(document).renderImageWithDPI(0, 36);
      boolean hasStore = document.getDocumentCatalog().getCOSObject().containsKey(COSName.getPDFName("DSS"));
      System.out.println(file.getName() + " pages " + document.getNumberOfPages() + (hasStore ? " store" : ""));
    }
  }

  static boolean isSignatureOf(byte[] container, byte[] signed) throws Exception {
    CMSSignedData cms = new CMSSignedData(new CMSProcessableByteArray(signed), container);
    SignerInformation signer = cms.getSignerInfos().getSigners().iterator().next();
    try {
      return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificateOf(cms, signer)));
    } catch (CMSSignerDigestMismatchException changed) {
      return false;
    }
  }

  static boolean isTimestampOf(byte[] container, byte[] signed) throws Exception {
    CMSSignedData cms = new CMSSignedData(container);
    TimeStampToken token = new TimeStampToken(cms);
    SignerInformation signer = cms.getSignerInfos().getSigners().iterator().next();
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(certificateOf(cms, signer)));
    String algorithm = token.getTimeStampInfo().getHashAlgorithm().getAlgorithm().getId();
    return Arrays.equals(MessageDigest.getInstance(algorithm).digest(signed), token.getTimeStampInfo().getMessageImprintDigest());
  }

  @SuppressWarnings("unchecked")
  static X509CertificateHolder certificateOf(CMSSignedData cms, SignerInformation signer) {
    return (X509CertificateHolder) cms.getCertificates().getMatches((Selector<X509CertificateHolder>) signer.getSID()).iterator().next();
  }
}
