import com.itextpdf.text.pdf.AcroFields;
import com.itextpdf.text.pdf.PdfName;
import com.itextpdf.text.pdf.PdfReader;
import com.itextpdf.text.pdf.security.PdfPKCS7;
import java.io.File;
import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Says of each PDF what iText 5 finds in it: a line a signature, a line a file. Most signing programs in Vietnam are built on it. */
public class ITextReader {
  public static void main(String[] names) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    for (String name : names) {
      try {
        read(new File(name));
      } catch (Exception refusal) {
        System.out.println(name + " REFUSED " + refusal);
      }
    }
  }

  static void read(File file) throws Exception {
    PdfReader reader = new PdfReader(file.getPath());
    AcroFields fields = reader.getAcroFields();
    for (String field : fields.getSignatureNames()) {
      PdfPKCS7 signature = fields.verifySignature(field);
      boolean isValid = signature.verify() && (signature.getTimeStampToken() == null || signature.isTsp() || signature.verifyTimestampImprint());
      String kind = fields.getSignatureDictionary(field).getAsName(PdfName.SUBFILTER).toString().substring(1);
      System.out.println(file.getName() + " " + kind + " " + (isValid ? "valid" : "INVALID") + (fields.signatureCoversWholeDocument(field) ? " whole" : " part"));
    }
    boolean isMended = reader.isRebuilt();
    boolean hasStore = reader.getCatalog().contains(new PdfName("DSS"));
    System.out.println(file.getName() + " pages " + reader.getNumberOfPages() + (hasStore ? " store" : "") + (isMended ? " MENDED" : ""));
    reader.close();
  }
}
