import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { envelopeFiles, fromDocumentMessage } from './mapping.ts';
import { bytesOf, profileNamed, readOnce, readWhole } from './testing.ts';
import { writeEdxml } from './write.ts';

/** Messages as partners really send them; they stand beside the repository. */
function sample(t: TestContext, name: string): Buffer | undefined {
  const path = join(import.meta.dirname, '../../../../../shared/samples/edxml', name);
  if (existsSync(path)) return readFileSync(path);
  t.skip('the samples in ../shared/samples/edxml are missing: nothing was checked');
  return undefined;
}

const nobody = { organAdd: '', telephone: '', fax: '', website: '' };

test('a document message as a partner sent it is read to the last field', async (t) => {
  const bytes = sample(t, 'new-document.edxml');
  if (bytes === undefined) return;
  const reading = await readWhole(bytes);
  assert.deepEqual(reading.message, {
    kind: 'document',
    from: { ...nobody, organId: '000.00.11.H53', organizationInCharge: 'Tỉnh Tây Ninh', organName: 'Sở Tính', email: 'stc@tayninh.gov.vn' },
    to: [{ ...nobody, organId: '000.00.01.A53', organizationInCharge: 'Tỉnh Tây Ninh', organName: 'Văn phòng tỉnh ủy', organAdd: 'Tỉnh Tây Ninh', email: 'vptu@tayninh.gov.vn' }],
    documentId: '000.00.11.H53,2020/10/30,2491/STC-BCTC',
    codeNumber: '2491',
    codeNotation: 'STC-BCTC',
    place: 'Tây Ninh',
    promulgationDay: '2020-10-30',
    type: 1,
    typeDetail: 0,
    typeName: 'Công văn',
    subject: 'Báo cáo tài chính tỉnh',
    content: 'Báo cáo tài chính tỉnh',
    competence: '',
    position: '',
    fullName: '',
    dueDay: null,
    otherInfo: { priority: 0, sphereOfPromulgation: 'Liên thông văn bản', typerNotation: '', promulgationAmount: 2, pageAmount: 22, appendixes: [], direction: false },
    responseFor: [],
    steeringType: 1,
    taskCodes: [],
    applicationType: '',
    toPlaces: ['Cac bo va co quan ngang bo', 'Uy ban nhan dan cac tinh, TP'],
    trace: [{ organId: '000.00.00.G22', at: '2018-09-27T17:00:00.000Z' }],
    business: {
      kind: 'new',
      reason: 'Văn bản điện tử mới',
      paper: 0,
      staff: { department: 'Văn thư văn phòng', departmentId: '', staff: 'Nguyễn Thị Ngọc Trâm', staffId: '', email: 'vanthuvanphong@gov.vn', mobile: '84912000001' },
      documentId: '000.00.00.G22,2014/02/30,7806/VPCP-TTĐT',
    },
  });
  assert.deepEqual(reading.kept, [], 'nothing was left over');
  assert.deepEqual([reading.namespace, reading.encoding, reading.sizeBytes], ['qcvn', 'utf-8', bytes.length]);
});

test('its attachment is called .doc, labelled zip, and is another message: both forms are kept and the lie is told', async (t) => {
  const bytes = sample(t, 'new-document.edxml');
  if (bytes === undefined) return;
  const reading = await readWhole(bytes);
  assert.deepEqual(reading.attachments, [
    {
      ordinal: 0,
      contentId: '209',
      name: '1896_QD-TTg_m_294779.doc',
      statedName: '1896_QD-TTg_m_294779.doc',
      description: '1896_QD-TTg_m_294779.doc',
      statedMediaType: 'application/zip',
      isListed: true,
      sent: { sha256: '7ab7c43a02a3cf2cedd14ebf2545a37e7a1307e0091b4ba94c2ef1e842a763aa', sizeBytes: 270_823, mediaType: 'application/zip' },
      unwrapped: { sha256: '8385739ec4a4ed36d71eabcaead629641ffc5ffff3d487ff5c34d2f821c9f36e', sizeBytes: 388_347, mediaType: 'application/xml' },
    },
  ]);
  const inner = reading.arrived.find(({ head }) => head.form === 'unwrapped');
  const { reading: innerReading } = await readOnce(inner?.bytes ?? Buffer.alloc(0));
  assert.ok(innerReading.ok, 'the message inside is read as well');
  assert.equal(innerReading.message.from.organId, '14.00.W00');
});

test('what is odd about it is said with its place, and the placeholder signature is not taken for one', async (t) => {
  const bytes = sample(t, 'new-document.edxml');
  if (bytes === undefined) return;
  const { problems, signature } = await readWhole(bytes);
  assert.deepEqual(problems.map(({ code, detail }) => [code, detail]), [
    ['edxml.day', '30/10/2020'],
    ['edxml.attachmentUnwrapped', '270823 → 388347'],
    ['edxml.mediaType', 'application/xml'],
    ['edxml.signatureBroken', 'digest'],
    ['edxml.signatureWeak', ''],
  ]);
  const [day] = problems;
  assert.equal(day?.path, '/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/PromulgationInfo/PromulgationDate');
  assert.ok(bytes.subarray(day.offset ?? 0).toString('utf8', 0, 50).startsWith('<edXML:PromulgationDate>'));
  assert.deepEqual([signature.state, signature.form, signature.subjectName, signature.certificate], ['broken', 'legacy', 'CN=user05', null]);
});

test('a status message as a partner sent it is read to the last field, without a warning', async (t) => {
  const bytes = sample(t, 'status-05-processing.edxml');
  if (bytes === undefined) return;
  const reading = await readWhole(bytes, { pieceBytes: 7 });
  assert.deepEqual(reading.message, {
    kind: 'status',
    from: {
      organId: '000.00.00.H41',
      organizationInCharge: 'UBND Tỉnh Nghệ An',
      organName: 'UBND Tỉnh Nghệ An',
      organAdd: 'Số 03, đường Trường Thi, Thành phố Vinh, Tỉnh Nghệ An, Việt Nam',
      email: 'nghean@gov.vn',
      telephone: '0383 840418',
      fax: '0383 843049',
      website: 'www.nghean.vn',
    },
    responseFor: { organId: '000.00.00.G22', code: '7816/VPCP-TTĐT', promulgationDay: '2015-09-30', documentId: '000.00.00.G22,2015/09/30,7816/VPCP-TTĐT' },
    staff: { department: 'Phong hanh chinh', departmentId: '', staff: 'Nguyen thi ngoc tram', staffId: '', email: 'ngoctram@nghean.vn', mobile: '84912000001' },
    statusCode: '05',
    description: 'Đang xử lý văn bản đến',
    at: '2015-09-20T04:08:36.000Z',
  });
  assert.deepEqual([reading.problems, reading.kept, reading.attachments, reading.signature.state], [[], [], [], 'absent']);
});

test('both samples say the same when they are written for a partner and read again, and become records of ours', async (t) => {
  for (const name of ['new-document.edxml', 'status-05-processing.edxml']) {
    const bytes = sample(t, name);
    if (bytes === undefined) return;
    const reading = await readWhole(bytes);
    for (const code of ['national-axis', 'java-toolkit', 'net-toolkit']) {
      const again = await readWhole(await bytesOf(writeEdxml(reading.message, { profile: profileNamed(code, { signature: { form: 'none' } }) })));
      assert.deepEqual(again.message, reading.message);
    }
    if (reading.message.kind !== 'document') continue;
    const { document, problems } = fromDocumentMessage(reading.message, [{ code: 'cong-van', name: 'Công văn' }]);
    assert.deepEqual([document?.documentType, document?.number, document?.notation, document?.issuedOn, document?.pageCount, problems], ['cong-van', '2491', 'STC-BCTC', '2020-10-30', 22, []]);
    assert.deepEqual(envelopeFiles(reading.attachments).map(({ role, sizeBytes }) => [role, sizeBytes]), [['main', 388_347]]);
  }
});
